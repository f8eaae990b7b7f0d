// Where in the application somebody is: the part of the address after `#`, such as `#/simulator?share=…`.
// A fragment never reaches a server, so a share link shows its settings to nobody but the browser.

export interface Route {
  /** Its parts, such as `['console', 'runs']`; empty at the start. */
  readonly path: readonly string[];
  readonly parameters: URLSearchParams;
}

export function parseRoute(fragment: string): Route {
  const [path = '', query = ''] = fragment.replace(/^#/, '').split('?', 2);
  return { path: path.split('/').filter((part) => part !== '').map(decoded), parameters: new URLSearchParams(query) };
}

/** A part that is not written as an address wants it stays as it is. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The code of a sign-in link, `#sign-in=…`. */
export function signInCode(fragment: string): string | undefined {
  return /^#sign-in=([\w-]{1,200})$/.exec(fragment)?.[1];
}
