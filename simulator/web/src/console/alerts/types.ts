// What the API says about alerts, by the names that these pages use.

import type { Schemas } from '../../api/client.js';

export type AlertNow = Schemas['Alert'];
export type AlertRule = Schemas['AlertRule'];
export type Alerts = Schemas['Alerts'];
export type PastAlert = Schemas['PastAlert'];
export type Severity = Schemas['AlertSeverity'];
export type Silence = Schemas['Silence'];
export type Sink = Schemas['Sink'];
