"""The folders of file sinks: whose files lie there, and how a stream may write on behind them."""
