"""From data to a mixture: rungs are asked, judged and walked, and the targets written."""
