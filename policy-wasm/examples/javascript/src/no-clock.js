/**
 * Takes the clock and the dice away.
 *
 * A component without imports has neither, but the engine does not say so: `Date.now()` answers with the moment at
 * which the component was built, for ever, and `Math.random()` goes through the same numbers in every run. Seats would
 * be judged by a clock that stands still. An exception stops the run instead, and nothing is released.
 */

/**
 * @param {string} what
 * @returns {never}
 */
function refuse(what) {
  throw new Error(`a policy has no ${what}; the time of a run is run.now`);
}

globalThis.Date = new Proxy(Date, {
  apply: () => refuse('Date()'),
  construct: (target, args) => (args.length === 0 ? refuse('new Date()') : Reflect.construct(target, args)),
});
Date.now = () => refuse('Date.now()');
Math.random = () => refuse('Math.random()');
