// How the parts are that Steward depends on.

import type { Schemas } from '../../api/client.js';
import { capitalised } from '../../parts/text.js';
import { counted, days, number } from '../../parts/format.js';
import { local } from '../times.js';

export interface Part {
  readonly name: string;
  readonly word: string;
  readonly tone: 'good' | 'warn' | 'danger' | 'plain';
  readonly detail: string;
}

export function partsOf(status: Schemas['Status']): readonly Part[] {
  return [daemonOf(status), qlikOf(status), licenceOf(status), ledgerOf(status), outboxOf(status), policyOf(status)];
}

function daemonOf({ isReady, isAlive, problems, version, startedAt }: Schemas['Status']): Part {
  const since = startedAt ? `, since ${local(startedAt)}` : '';
  if (!isAlive) return { name: 'Daemon', word: 'stuck', tone: 'danger', detail: 'It has not moved lately: look at its log, then start it again.' };
  if (!isReady) return { name: 'Daemon', word: 'not ready', tone: 'danger', detail: problems.map(capitalised).join('. ') };
  return { name: 'Daemon', word: 'ready', tone: 'good', detail: `Version ${version}${since}` };
}

function qlikOf({ jobs, pools }: Schemas['Status']): Part {
  const name = 'Qlik Sense';
  const job = jobs.find((one) => one.job === 'monitor');
  if (job?.outcome === 'failed') return { name, word: 'not read', tone: 'danger', detail: capitalised(job.message ?? 'The last reading failed') };
  if (!pools) return { name, word: 'not read yet', tone: 'plain', detail: 'The first reading comes with the job `monitor`.' };
  if (pools.problems.length > 0) return { name, word: 'read in part', tone: 'warn', detail: pools.problems.map(capitalised).join('. ') };
  if (job?.isOverdue) return { name, word: 'overdue', tone: 'warn', detail: `Last read ${local(pools.at)}` };
  return { name, word: 'answers', tone: 'good', detail: `Last read ${local(pools.at)}` };
}

function licenceOf({ serverLicense }: Schemas['Status']): Part {
  const name = 'Server licence';
  if (!serverLicense) return { name, word: 'not read yet', tone: 'plain', detail: 'The first reading comes with the job `server-license`.' };
  const { daysLeft, expiresOn, hasEnded, warning } = serverLicense;
  if (hasEnded) return { name, word: 'ended', tone: 'danger', detail: warning ?? `It ended on ${expiresOn ?? 'a day that is not known'}` };
  const detail = expiresOn === null ? 'Its end is not known' : `Ends on ${local(expiresOn, 'day')}${daysLeft === null ? '' : `, in ${days(daysLeft)}`}`;
  return warning === null ? { name, word: 'valid', tone: 'good', detail } : { name, word: 'ends soon', tone: 'warn', detail: capitalised(warning) };
}

function ledgerOf({ ledger }: Schemas['Status']): Part {
  const name = 'Ledger';
  if (ledger.problem !== null) return { name, word: 'unusable', tone: 'danger', detail: capitalised(ledger.problem) };
  return { name, word: 'written', tone: 'good', detail: counted(ledger.entries, 'entry', 'entries') };
}

function outboxOf({ outbox }: Schemas['Status']): Part {
  const name = 'InfluxDB';
  const { droppedTotal, isEnabled, lastError, sentTotal, setAside, waiting, waitingMax } = outbox;
  if (!isEnabled) return { name, word: 'off', tone: 'plain', detail: 'The settings name no InfluxDB' };
  const of = `${number(waiting)} of at most ${number(waitingMax)} points wait`;
  if (lastError !== null) return { name, word: 'not reached', tone: 'warn', detail: `${capitalised(lastError)}. ${of}; they are sent later.` };
  if (setAside > 0 || droppedTotal > 0) {
    return { name, word: 'lost points', tone: 'warn', detail: `${number(setAside)} were refused for good, ${number(droppedTotal)} were given up because too many waited` };
  }
  return { name, word: 'delivered', tone: 'good', detail: `${number(sentTotal)} points since the daemon started; ${of}` };
}

function policyOf({ faults, policy }: Schemas['Status']): Part {
  const name = 'Policy';
  const some = faults.filter(({ count }) => count > 0);
  const who = policy ? `${policy.name} ${policy.version} made the last plan` : 'No plan was made since the daemon started';
  if (some.length === 0) return { name, word: 'no fault', tone: 'good', detail: who };
  return { name, word: 'faults', tone: 'warn', detail: `${some.map(({ kind, count }) => `${number(count)} × ${kind}`).join(', ')}. ${who}` };
}
