"""The site that the lab builds: its machines, how they are connected, and the clients that ask it."""
