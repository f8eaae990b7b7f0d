/**
 * The exports of the contract: what Steward calls.
 *
 * What the policy decides is in rules.js. Here is how: `decide` and `explain` walk the same list of rules, so they
 * cannot disagree.
 */

import { RULES } from './rules.js';
import { read, SCHEMA } from './settings.js';

/** @import { Candidate, Decision, Description, RuleOutcome, RunContext } from 'steward:policy/policy@1.0.0' */
/** @import { Finding, Run } from './rules.js' */

/**
 * A rule that decides, and what it found.
 * @typedef {{ rule: { id: string }, finding: Finding }} Said
 */

/** The rule of a seat about which no rule has anything to say. There is none; if there were, doubt would keep it. */
const UNDECIDED_RULE = { id: 'undecided', summary: 'No rule had anything to say about the seat, so it is kept.' };

/** @type {Said} */
const UNDECIDED = { rule: UNDECIDED_RULE, finding: { outcome: 'keeps', evidence: UNDECIDED_RULE.summary } };

/** @returns {Description} */
function describe() {
  return {
    name: 'idle-by-type',
    version: '1.0.0',
    summary: 'Releases seats that are idle for the days of their type, except protected ones and dated ones.',
    rules: [...RULES, UNDECIDED_RULE].map(({ id, summary }) => ({ id, summary })),
    settingsSchema: JSON.stringify(SCHEMA),
    needs: [],
  };
}

/** The policy with its settings, for one run. */
class Evaluator {
  /** @param {Run} run */
  constructor(run) {
    this.run = run;
  }

  /**
   * @param {string} settings
   * @param {RunContext} run
   * @throws {import('steward:policy/policy@1.0.0').SettingsError[]} everything that is wrong with the settings
   */
  static configure(settings, run) {
    try {
      return new Evaluator({ now: run.now, settings: read(settings) });
    } catch (error) {
      // Of anything but a list the engine makes an empty list, and nobody would learn what happened.
      throw Array.isArray(error) ? error : [{ path: '', message: `the policy has a bug: ${error}` }];
    }
  }

  /**
   * The first rule that keeps decides; otherwise the first that releases.
   *
   * @param {Candidate} candidate
   * @returns {Decision}
   */
  decide(candidate) {
    /** @type {Said | undefined} */
    let keeps;
    /** @type {Said | undefined} */
    let releases;
    /** @type {bigint | undefined} */
    let keptUntil;
    for (const rule of RULES) {
      const finding = rule.look(this.run, candidate);
      if (finding.outcome === 'releases') {
        releases ??= { rule, finding };
      } else if (finding.outcome === 'keeps') {
        keeps ??= { rule, finding };
        if (finding.until === undefined) {
          return decision('keep', keeps);
        }
        keptUntil = latest(keptUntil, finding.until);
      }
    }
    if (keeps !== undefined) {
      // All that keeps the seat runs out, and a seat that nothing keeps is released.
      return decision('keep', keeps, keptUntil);
    }
    return releases === undefined ? decision('keep', UNDECIDED) : decision('release', releases);
  }

  /**
   * This policy wants everything released that it says; the guard of Steward has limits of its own.
   *
   * @returns {undefined}
   */
  quota() {
    return undefined;
  }

  /**
   * @param {Candidate} candidate
   * @returns {RuleOutcome[]}
   */
  explain(candidate) {
    return RULES.map((rule) => {
      const { outcome, evidence } = rule.look(this.run, candidate);
      return { rule: rule.id, outcome, evidence };
    });
  }
}

/**
 * @param {'keep' | 'release'} verdict
 * @param {Said} said
 * @param {bigint} [flipsAt]
 * @returns {Decision}
 */
function decision(verdict, { rule, finding }, flipsAt) {
  const decided = { verdict, rule: rule.id, reason: finding.evidence, priority: 0 };
  return flipsAt === undefined ? decided : { ...decided, flipsAt };
}

/**
 * @param {bigint | undefined} before
 * @param {bigint} until
 */
function latest(before, until) {
  return before === undefined || before < until ? until : before;
}

export const policy = { describe, Evaluator };
