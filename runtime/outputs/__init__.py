"""The folders of file sinks: whose files lie there, and how a stream may continue after them."""
