"""What the service answers, one file a route; requests and responses in OpenAI's shapes."""
