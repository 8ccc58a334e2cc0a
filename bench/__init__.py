"""The measures: each as a number, and as a ratio to a peer or a limit seen in the same run."""
