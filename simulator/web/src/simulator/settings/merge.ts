// Settings put into a settings file that somebody has: what the file says otherwise stays, with its comments.
//
// Both texts are read without types (`failsafe`): `007` and `no` stay what they are, whatever a reader takes them for.

import { Document, isAlias, isMap, isScalar, isSeq, parseAllDocuments, Scalar, YAMLMap, type Node, type Pair } from 'yaml';

/** Larger ones are no settings file. */
const CHARACTERS_MAX = 1_000_000;

const RELEASE = ['Butler', 'qlikSenseLicense', 'licenseRelease'];
const POLICY = ['steward', 'policy'];

/**
 * The present file with `settings` (as the engine writes them) in it. Settings of the policy of this name go to
 * `settingsOf` when the file has them there.
 *
 * @throws Error with a sentence for people when the file cannot be read.
 */
export function mergedSettings(present: string, settings: string, policy: string): string {
  if (present.length > CHARACTERS_MAX) throw new Error(`the file has more than ${CHARACTERS_MAX} characters`);
  const document = read(present.replace(/^\uFEFF/, ''));
  const ours = read(settings).contents;
  if (!isMap(ours)) throw new Error('there are no settings to merge');
  const theirs = document.contents ?? new YAMLMap();
  if (!isMap(theirs)) throw new Error('it is no settings file: its sections are missing');
  document.contents = theirs as typeof document.contents;

  const own = ours.getIn([...POLICY, 'settings']);
  ours.deleteIn([...POLICY, 'settings']);
  merge(theirs, ours, []);
  // An older name for `neverRelease.user`, which says everything now.
  if (theirs.hasIn([...RELEASE, 'neverReleaseUsers'])) theirs.deleteIn([...RELEASE, 'neverReleaseUsers']);
  const place = theirs.hasIn([...POLICY, 'settingsOf', policy]) ? ['settingsOf', policy] : ['settings'];
  if (isMap(own)) mergeWhole(theirs, own, [...POLICY, ...place]);

  const text = document.toString({ lineWidth: 0 });
  if (JSON.stringify(read(text).toJS()) !== JSON.stringify(document.toJS())) {
    throw new Error('this file cannot be written again without loss: merge by hand');
  }
  return present.includes('\r\n') ? text.replaceAll('\n', '\r\n') : text;
}

function read(text: string): Document {
  const documents = parseAllDocuments(text, { schema: 'failsafe', logLevel: 'silent' });
  if ('empty' in documents || documents.length === 0) return new Document(undefined, { schema: 'failsafe' });
  const [document] = documents;
  if (documents.length > 1 || !document) throw new Error('it has several documents (`---`): only one is a settings file');
  const [error] = document.errors;
  if (error) throw new Error(`it is no YAML: ${error.message.split('\n')[0] ?? ''}`.replace(/:$/, ''));
  return document as Document;
}

const nameOf = ({ key }: Pair): string => (isScalar(key) ? String(key.value) : '');
const pairOf = (map: YAMLMap, name: string): Pair | undefined => map.items.find((pair) => nameOf(pair) === name);

/** Members of `ours` win; what only `theirs` has stays. */
function merge(theirs: YAMLMap, ours: YAMLMap, above: readonly string[]): void {
  for (const pair of ours.items) {
    const name = nameOf(pair);
    const place = [...above, name];
    const found = pairOf(theirs, name);
    if (!found) theirs.items.push(pair);
    else if (isAlias(found.value)) throw new Error(`\`${place.join('.')}\` is an alias (\`*\`): merge by hand`);
    else if (isMap(found.value) && isMap(pair.value)) merge(found.value, pair.value, place);
    else found.value = merged(found.value, pair.value);
  }
}

/** As [`merge`], and what only `theirs` has goes: a policy would count it. */
function mergeWhole(root: YAMLMap, ours: YAMLMap, place: readonly string[]): void {
  const found = root.getIn(place);
  if (isAlias(found)) throw new Error(`\`${place.join('.')}\` is an alias (\`*\`): merge by hand`);
  if (!isMap(found)) {
    root.setIn(place, ours);
    return;
  }
  found.items = found.items.filter((pair) => pairOf(ours, nameOf(pair)));
  for (const pair of ours.items) {
    const old = pairOf(found, nameOf(pair));
    if (!old) found.items.push(pair);
    else if (isMap(old.value) && isMap(pair.value)) mergeWhole(found, pair.value, [nameOf(pair)]);
    else old.value = merged(old.value, pair.value);
  }
}

function merged(theirs: unknown, ours: unknown): unknown {
  if (isSame(theirs, ours)) return theirs;
  if (isSeq(theirs) && isSeq(ours)) {
    // Entries that stay keep their comments.
    theirs.items = ours.items.map((entry) => theirs.items.find((one) => isSame(one, entry)) ?? entry);
    if (theirs.items.length === 0) theirs.flow = true;
    return theirs;
  }
  if (isNode(theirs) && isNode(ours)) {
    ours.comment = theirs.comment ?? null;
    ours.commentBefore = theirs.commentBefore ?? null;
  }
  return ours;
}

function isSame(one: unknown, other: unknown): boolean {
  if (isScalar(one) && isScalar(other)) return one.value === other.value && (isText(one) === isText(other) || !isAmbiguous(String(one.value)));
  if (isSeq(one) && isSeq(other)) return one.items.length === other.items.length && one.items.every((item, place) => isSame(item, other.items[place]));
  if (!isMap(one) || !isMap(other) || one.items.length !== other.items.length) return false;
  return one.items.every((pair) => isSame(pair.value, pairOf(other, nameOf(pair))?.value));
}

const isNode = (value: unknown): value is Node => isScalar(value) || isSeq(value) || isMap(value);
const isText = ({ type }: Scalar): boolean => type !== Scalar.PLAIN;
/** Without quotes some reader takes it for something else than a text. */
const isAmbiguous = (text: string): boolean => /^(|~|null|y|n|yes|no|on|off|true|false|[-+.]?[\d.].*|[-+]?\.(inf|nan))$/i.test(text);
