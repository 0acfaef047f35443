"""What trainers share, and the tools that make the model that ships."""
