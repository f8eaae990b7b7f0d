// Where in the application somebody is: the part of the address after `#`, such as `#/simulator?share=…`.
// A fragment never reaches a server, so a share link shows its settings to nobody but the browser.

export interface Route {
  /** Its parts, such as `['console', 'runs']`; empty at the start. */
  readonly path: readonly string[];
  readonly parameters: URLSearchParams;
}

export function parseRoute(fragment: string): Route {
  const [path = '', query = ''] = fragment.replace(/^#/, '').split('?', 2);
  return { path: path.split('/').filter((part) => part !== ''), parameters: new URLSearchParams(query) };
}

/** The code of a sign-in link, `#sign-in=…`. */
export function signInCode(fragment: string): string | undefined {
  return /^#sign-in=([\w-]{1,200})$/.exec(fragment)?.[1];
}

class Router {
  route: Route = $state.raw(parseRoute(location.hash));

  constructor() {
    addEventListener('hashchange', () => {
      this.route = parseRoute(location.hash);
    });
  }

  /** Writes another address without a new entry in the history. */
  replace(fragment: string): void {
    history.replaceState(history.state, '', fragment);
    this.route = parseRoute(fragment);
  }
}

export const router = new Router();
