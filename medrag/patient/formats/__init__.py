"""What people bring: one file a format, each giving a :class:`~medrag.types.Patient`; FHIR is next door."""
