"""Memory cores: what remembers, a file each."""
