"""What must happen when something is wrong: every kind of fault, through the real handlers and S3 over HTTP."""
