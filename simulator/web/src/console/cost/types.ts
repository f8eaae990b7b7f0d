// What the API says about cost, by the names that this page uses.

import type { Schemas } from '../../api/client.js';

export type Amount = Schemas['CostAmount'];
export type Budget = Schemas['CostBudget'];
export type DayCounts = Schemas['DayCounts'];
export type MonthlyReport = Schemas['MonthlyReport'];
export type PoolCost = Schemas['PoolCost'];
