"""Measurements that change the lab to find out how something depends on it: the token, and keepalived beside it."""
