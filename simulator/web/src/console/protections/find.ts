// Who protects a person now. An explanation says who did when its plan was made.

import type { Schemas } from '../../api/client.js';

/** Accounts of Windows do not tell cases apart. */
export function protectionOf(all: readonly Schemas['HandProtection'][], account: string): Schemas['HandProtection'] | undefined {
  const wanted = account.toLowerCase();
  return all.find(({ isExpired, userDirectory, userId }) => !isExpired && userId !== null && `${userDirectory ?? ''}\\${userId}`.toLowerCase() === wanted);
}
