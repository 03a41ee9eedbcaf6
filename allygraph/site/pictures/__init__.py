"""Pictures: plain data in, SVG text out, with titles, roles and links; nothing is fetched."""
