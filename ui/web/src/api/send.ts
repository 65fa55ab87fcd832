/** How long a question waits before it is asked again: the network has changed, and is there in a moment. */
const againMillis = 1000;

/**
 * Asks the server. A question that got no answer at all, as when a laptop changes its network,
 * is asked once more; an order is not, as it may have been carried out.
 */
export async function send(url: URL, init: RequestInit = {}): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (err) {
    if (init.method || init.signal?.aborted) throw err;
    await new Promise((resolve) => setTimeout(resolve, againMillis));
    return fetch(url, init);
  }
}
