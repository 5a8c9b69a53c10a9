/** host:port of a base URL, as network rules are written; the scheme gives the port that is not there. */
export function endpointAddress(url: string): string {
  const { hostname, port, protocol } = new URL(url);
  return `${hostname}:${port === '' ? (protocol === 'http:' ? '80' : '443') : port}`;
}
