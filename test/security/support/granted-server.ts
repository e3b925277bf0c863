// A server that a step may be granted, which answers as its path says.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** `?to=URL` and `?status=N` redirect; the rest shows what was asked for. */
export function respond(request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url!, 'http://localhost');
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const to = url.searchParams.get('to');
    if (to !== null) {
      response.writeHead(Number(url.searchParams.get('status') ?? 302), { location: to }).end('moved');
    } else if (url.pathname === '/large') {
      const chunk = Buffer.alloc(1 << 20);
      const more = (): void => void response.write(chunk, (error) => (error ? response.destroy() : more()));
      more();
    } else if (url.pathname === '/never') {
      // Nothing is answered.
    } else if (url.pathname === '/missing') {
      response.writeHead(404, 'Not Here', { 'x-a': 'b', 'set-cookie': ['a=1', 'b=2'] }).end('nothing');
    } else {
      const { method, headers } = request;
      const body = Buffer.concat(chunks).toString('base64');
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ method, headers, body }));
    }
  });
}

/** Its port on a free one. */
export async function listen(server: Server, address: string): Promise<number> {
  await new Promise<void>((done) => server.listen(0, address, done));
  return (server.address() as AddressInfo).port;
}

export async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
}
