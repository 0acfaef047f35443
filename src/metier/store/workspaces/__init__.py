"""The database of the service: workspaces with their people, documents, decisions, jobs and log."""
