"""The walkthrough with predictions: what is asked, what happens then, and the cluster's own reason for it."""
