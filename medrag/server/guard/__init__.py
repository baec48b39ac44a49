"""Who may come in and what is recorded: keys, EHR clients, failures without words of the request, the audit trail."""
