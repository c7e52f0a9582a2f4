"""Reports: what a folder of results says, as a page, as text and as charts. Nothing is trained here."""
