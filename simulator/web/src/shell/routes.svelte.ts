// Where in the application somebody is; it follows the address.

import { parseRoute, type Route } from './route.js';

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
