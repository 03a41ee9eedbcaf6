"""Assistants: the graph for programs that speak the Model Context Protocol (MCP).

``tools`` says what may be asked and with which arguments, ``server`` answers the protocol by the
official SDK, ``transport`` is standard input and output or HTTP. The SDK comes with the extra
``mcp``; the graph is asked in processes that can be killed, as for everybody else.
"""
