"""How far an edit moves a vector and scores, which words do it, and whether ordinary edits do as much."""
