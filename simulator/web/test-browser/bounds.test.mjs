// The form takes the numbers that the settings file takes, and no others.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { build } from 'esbuild';
import { root, web } from './harness.mjs';

const steward = process.env.STEWARD ?? join(root, 'target/debug/steward');
/** What the form calls otherwise: hundredths of a per cent there. */
const NAMES = { maxReleaseBasisPoints: 'maxReleasePercent' };

async function sharedFields() {
  const bundled = await build({ entryPoints: [join(web, 'src/simulator/shared-fields.ts')], bundle: true, write: false, format: 'esm' });
  return await import(`data:text/javascript;base64,${Buffer.from(bundled.outputFiles[0].contents).toString('base64')}`);
}

const schema = JSON.parse(execFileSync(steward, ['config', 'schema'], { maxBuffer: 1 << 26 }));
const { steward: own, Butler: butler } = schema.properties;
const guard = own.properties.guard.properties;

test('bounds of the guard', async () => {
  const { GUARD_FIELDS } = await sharedFields();
  for (const { name, field } of GUARD_FIELDS) {
    const setting = guard[NAMES[name] ?? name];
    assert.ok(setting, `${name} is no setting of the guard`);
    const values = setting.oneOf?.map((one) => one.const);
    if (field.kind === 'choice') assert.deepEqual(field.options.map(({ value }) => value), values, name);
    if (field.kind !== 'number') continue;
    const { minimum, maximum, type } = setting;
    assert.deepEqual([field.minimum, field.maximum, field.nullable], [minimum, maximum, [type].flat().includes('null')], name);
    assert.equal(field.whole, [type].flat().includes('integer'), name);
  }
});

test('bounds of the thresholds', async () => {
  const { THRESHOLD_DAYS } = await sharedFields();
  const { licenseType } = butler.properties.qlikSenseLicense.properties.licenseRelease.properties;
  const types = [licenseType.properties.analyzer, licenseType.properties.professional, own.properties.licenseType.properties.user];
  for (const { properties } of types) {
    const { minimum, maximum } = properties.releaseThresholdDays;
    assert.deepEqual([THRESHOLD_DAYS.minimum, THRESHOLD_DAYS.maximum], [minimum, maximum]);
  }
});
