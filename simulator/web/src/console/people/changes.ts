// What would turn what becomes of a seat, as far as it follows from what every rule found. The simulator finds out more by
// asking the policy again under other settings.

import type { Schemas } from '../../api/client.js';
import { local } from '../times.js';

type Seat = Pick<Schemas['ExplainedSeat'], 'released' | 'rules'> & {
  readonly decision: Pick<Schemas['PlannedDecision'], 'flipsAt' | 'rule' | 'verdict'>;
  readonly held: readonly Pick<Schemas['Held'], 'gate'>[];
};

export function whatWouldChange({ decision, held, released, rules }: Seat): readonly string[] {
  const found: string[] = [];
  const by = (outcome: Schemas['RuleFinding']) => rules.filter((rule) => rule.outcome === outcome).map(({ rule }) => `\`${rule}\``);
  const [keepers, takers] = [by('keeps'), by('releases')];
  const others = keepers.filter((rule) => rule !== `\`${decision.rule}\``);
  if (decision.flipsAt !== null) {
    const then = decision.verdict === 'keep' ? 'the policy releases the seat' : 'the policy keeps the seat';
    found.push(`On ${local(decision.flipsAt, 'day')} ${then}, if nothing else changes before.`);
  }
  if (decision.verdict === 'keep') {
    if (takers.length > 0 && others.length === 0) found.push(`Only the rule \`${decision.rule}\` keeps the seat; without it ${listed(takers)} would release it.`);
    else if (others.length > 0) found.push(`The seat is kept by ${listed(others)} too.`);
    else if (takers.length === 0) found.push('No rule would release the seat, even without the one that keeps it.');
    return found;
  }
  found.push('If the person uses the seat before, it stays.');
  if (held.length > 0) found.push(`It goes as soon as ${listed([...new Set(held.map(({ gate }) => `\`${gate}\``))])} does not hold it any more.`);
  if (released) found.push('If somebody protects the person, it stays, whatever the policy says.');
  return found;
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}
