// A way to the server that a journey can shut, as a kill would, and open again.
import http from "node:http";

/** Stands before a server on a port of its own. */
export async function door(base) {
  const to = new URL(base);
  let refusal = ""; // why every question is answered with 503; "": it is passed on
  const serve = (ask, answer) => {
    if (refusal && ask.url.includes("/api/")) {
      answer.writeHead(503, { "Content-Type": "application/json" });
      answer.end(JSON.stringify({ status: "error", error: refusal }));
      return;
    }
    const { method, headers } = ask;
    const on = http.request(
      new URL(ask.url, to),
      { method, headers: { ...headers, host: to.host } },
      (from) => {
        answer.writeHead(from.statusCode, from.headers);
        from.pipe(answer);
      },
    );
    on.on("error", () => answer.destroy());
    answer.on("close", () => on.destroy());
    ask.pipe(on);
  };
  let server;
  let port = 0;
  const open = async (why = "") => {
    refusal = why;
    if (server?.listening) return;
    server = http.createServer(serve);
    await new Promise((done) => server.listen(port, "127.0.0.1", done));
    port = server.address().port;
  };
  const shut = async () => {
    const closed = new Promise((done) => server.close(done));
    server.closeAllConnections();
    await closed;
  };
  await open();
  return { base: `http://127.0.0.1:${port}/`, open, shut };
}
