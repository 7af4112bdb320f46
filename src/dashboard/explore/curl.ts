/** The same request from a shell, to be copied. Pure. */

/** As one word of a POSIX shell. */
export const quoted = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;

export interface Caller {
  readonly origin: string;
  readonly organization: string;
  readonly isLocal: boolean;
}

/** On a laptop a token is a command away; in the cloud it is whatever its variable has. */
const bearer = ({ organization, isLocal }: Caller, role: string): string =>
  isLocal
    ? `-H "Authorization: Bearer $(npx daymill token --org ${quoted(organization)} --role ${role})"`
    : '-H "Authorization: Bearer $DAYMILL_TOKEN"';

/** In the cloud another function collects, at another address than the page's. */
const addressOf = ({ origin, isLocal }: Caller, path: string): string =>
  isLocal ? quoted(`${origin}${path}`) : `"$DAYMILL_URL${path}"`;

/** A question, its parameters one by one. */
export function curlGet(caller: Caller, path: string, parameters: Readonly<Record<string, string>>): string {
  const given = Object.entries(parameters).map(([name, value]) => `--data-urlencode ${quoted(`${name}=${value}`)}`);
  return ['curl -sG', bearer(caller, 'viewer'), addressOf(caller, path), ...given].join(' ');
}

/** What is sent, as JSON unless another type is said. */
export function curlSend(
  caller: Caller,
  path: string,
  body: unknown,
  { method = 'POST' }: { readonly method?: 'POST' | 'PUT' } = {},
): string {
  const how =
    typeof body === 'string'
      ? `-H 'Content-Type: text/plain' --data-binary ${quoted(body)}`
      : `--json ${quoted(JSON.stringify(body))}`;
  const command = method === 'POST' ? 'curl -s' : `curl -s -X ${method}`;
  return [command, bearer(caller, 'developer'), how, addressOf(caller, path)].join(' ');
}
