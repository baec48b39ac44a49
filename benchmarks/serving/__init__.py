"""The service beside a naive one and beside its model alone: users, systems, and the commands that run them."""
