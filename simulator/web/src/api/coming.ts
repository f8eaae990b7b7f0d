// Alerts, forecasts and costs as the API answers them, written by hand until its description has them.

export type Severity = 'info' | 'warning' | 'critical';

export interface AlertNow {
  readonly key: string;
  readonly rule: string;
  /** What it is about, such as a licence type; empty when there is only one such thing. */
  readonly subject: string;
  readonly phase: 'pending' | 'firing';
  readonly severity: Severity;
  readonly title: string;
  readonly facts: string;
  readonly nextStep: string;
  readonly beganAt: string;
  readonly firedAt: string | null;
  readonly repeats: number;
  readonly silencedBy: string[];
}

export interface Silence {
  readonly id: string;
  /** Null: all rules. */
  readonly rule: string | null;
  /** Null: whatever it is about. */
  readonly subject: string | null;
  readonly by: string;
  readonly note: string;
  readonly from: string;
  readonly until: string;
}

export interface Sink {
  readonly name: string;
  readonly kind: string;
  readonly where: string;
  readonly waiting: number;
  readonly refused: number;
  readonly delivered: number;
  readonly dropped: number;
  /** It takes alerts, and so tests of them. */
  readonly takesAlerts: boolean;
  readonly lastDeliveredAt: string | null;
  readonly problem: string | null;
}

export interface AlertRule {
  readonly rule: string;
  readonly title: string;
  readonly severity: Severity;
  readonly enable: boolean;
  readonly forMinutes: number;
  readonly clearForMinutes: number;
  /** 0: it is said once. */
  readonly repeatHours: number;
}

export interface Alerts {
  /** When somebody looked at the rules last. */
  readonly at: string | null;
  readonly alerts: AlertNow[];
  readonly silences: Silence[];
  readonly sinks: Sink[];
  readonly rules: AlertRule[];
}

export interface PastAlert {
  readonly key: string;
  readonly rule: string;
  readonly subject: string;
  readonly severity: Severity;
  readonly title: string;
  readonly facts: string;
  readonly beganAt: string;
  readonly firedAt: string;
  readonly resolvedAt: string;
  readonly repeats: number;
  /** Nobody was told. */
  readonly wasMuted: boolean;
  readonly silencedBy: string[];
}

export interface CoursePoint {
  readonly at: string;
  readonly lower: number;
  readonly median: number;
  readonly upper: number;
}

export interface Exhaustion {
  readonly kind: 'exhaustion';
  readonly lowerDays: number;
  readonly medianDays: number;
  readonly upperDays: number | null;
  readonly confidencePercent: number;
  readonly horizonDays: number;
  readonly method: string;
  readonly course: CoursePoint[];
}

export interface PoolForecast {
  readonly licenseType: 'analyzer' | 'professional' | 'user';
  readonly forecast: Exhaustion | { readonly kind: 'no-forecast'; readonly reason: string };
  readonly text: string;
}

export interface Forecasts {
  readonly at: string;
  readonly pools: PoolForecast[];
}

export interface Amount {
  /** On average over the known time. */
  readonly seatsHundredths: number | null;
  readonly knownPercent: number;
  /** In minor units of the currency. */
  readonly cost: number | null;
}

export interface DayCounts {
  readonly day: string;
  readonly total: number | null;
  readonly allocated: number;
  readonly idle: number | null;
}

export interface PoolCost {
  readonly licenseType: 'analyzer' | 'professional' | 'user';
  /** As it was written, such as `35.5`. */
  readonly perSeatMonth: string | null;
  readonly bought: Amount;
  readonly allocated: Amount;
  readonly idle: Amount;
  readonly saved: Amount;
  readonly savingNow: number;
  readonly releases: { readonly released: number; readonly returned: number; readonly held: number };
  readonly days: DayCounts[];
}

export interface Budget {
  readonly forWhat: 'allocated' | 'bought';
  readonly amount: number;
  readonly spent: number;
  readonly projected: number;
  readonly state: 'within' | 'projected-above' | 'above';
}

export interface MonthlyReport {
  readonly month: string;
  readonly currency: string;
  readonly until: string;
  readonly isComplete: boolean;
  readonly pools: PoolCost[];
  readonly total: { readonly bought: number; readonly allocated: number; readonly idle: number; readonly saved: number } | null;
  readonly budget: Budget | null;
  readonly savedEver: number | null;
}

export interface CostAnswer {
  readonly months: string[];
  /** Digits behind the point in the currency of the report. */
  readonly decimals: number | null;
  readonly report: MonthlyReport | null;
  readonly problem: string | null;
}

export type ComingEvent = { readonly type: 'alerts' };

interface Answer<T> {
  headers: Record<string, unknown>;
  content: { 'application/json': T };
}

interface Nothing {
  query?: never;
  header?: never;
  path?: never;
  cookie?: never;
}

interface Path {
  parameters: Nothing;
  get?: never;
  put?: never;
  post?: never;
  delete?: never;
  options?: never;
  head?: never;
  patch?: never;
  trace?: never;
}

type With<T> = Omit<Path, keyof T> & T;

/** Paths beside those of the description. */
export interface ComingPaths {
  '/api/v1/alerts': With<{ get: { parameters: Nothing; responses: { 200: Answer<Alerts> } } }>;
  '/api/v1/alerts/history': With<{
    get: { parameters: { query?: { limit?: number }; header?: never; path?: never; cookie?: never }; responses: { 200: Answer<{ readonly alerts: PastAlert[]; readonly hasMore: boolean }> } };
  }>;
  '/api/v1/alerts/silences': With<{
    post: {
      parameters: Nothing;
      requestBody: { content: { 'application/json': { rule?: string | null; subject?: string | null; hours: number; note: string } } };
      responses: { 200: Answer<Silence> };
    };
  }>;
  '/api/v1/alerts/silences/{id}/end': With<{
    post: { parameters: { query?: never; header?: never; path: { id: string }; cookie?: never }; responses: { 200: Answer<unknown> } };
  }>;
  '/api/v1/alerts/test': With<{
    post: {
      parameters: Nothing;
      requestBody: { content: { 'application/json': { sink?: string | null; rule?: string | null } } };
      responses: { 200: Answer<{ readonly id: string; readonly sinks: string[] }> };
    };
  }>;
  '/api/v1/forecast': With<{ get: { parameters: Nothing; responses: { 200: Answer<Forecasts> } } }>;
  '/api/v1/cost': With<{
    get: { parameters: { query?: { month?: string }; header?: never; path?: never; cookie?: never }; responses: { 200: Answer<CostAnswer> } };
  }>;
}
