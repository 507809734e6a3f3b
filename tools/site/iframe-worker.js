// Search runs in a worker, and a browser starts none from a page that it read from the file system.
// There, a hidden frame runs the worker's script instead. Pages that come from a server keep the
// browser's own workers.
if (location.protocol === "file:") {
  window.Worker = class {
    constructor(address) {
      this.listeners = [];
      this.waiting = [];
      const frame = document.createElement("iframe");
      frame.hidden = true;
      document.body.append(frame);
      this.scope = frame.contentWindow;
      this.scope.postMessage = (message) => {
        const event = new MessageEvent("message", { data: structuredClone(message) });
        this.onmessage?.(event);
        this.listeners.forEach((listener) => listener(event));
      };
      this.scope.importScripts = () => {};
      const script = frame.contentDocument.createElement("script");
      script.src = new URL(address, location.href);
      script.onload = () => {
        this.waiting.splice(0).forEach((data) => this.deliver(data));
        this.waiting = null;
      };
      script.onerror = (event) => this.onerror?.(event);
      frame.contentDocument.body.append(script);
      this.frame = frame;
    }

    // Both sides may change what they sent, or were sent: each gets a copy, as from a worker.
    postMessage(message) {
      const data = structuredClone(message);
      if (this.waiting) this.waiting.push(data);
      else this.deliver(data);
    }

    // Later, as a worker would: an answer must not arrive before the question has been asked.
    deliver(data) {
      setTimeout(() => this.scope.dispatchEvent(new MessageEvent("message", { data })));
    }

    addEventListener(type, listener) {
      if (type === "message") this.listeners.push(listener);
    }

    terminate() {
      this.frame.remove();
    }
  };
}
