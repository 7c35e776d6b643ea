"""The room: pages for the duty officer, made on the server and complete without a script. docs/explanation/room.md."""
