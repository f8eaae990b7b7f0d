/**
 * What becomes the component: the policy, in a world without time and chance.
 *
 * The order matters: a module is run after those that it imports, so the policy never sees what is taken away.
 */

import './no-clock.js';

export { policy } from './policy.js';
