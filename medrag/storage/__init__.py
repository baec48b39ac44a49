"""What the service keeps: the audit trail, clinicians' feedback and stored patients, in SQLite or PostgreSQL."""
