"""Learning rules: how an agent learns, a file each."""
