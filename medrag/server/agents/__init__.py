"""Programs that ask on somebody's behalf, through the Model Context Protocol (MCP)."""
