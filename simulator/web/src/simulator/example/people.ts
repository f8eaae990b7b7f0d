// Invented people. None of them exists.

import type { Random } from './random.js';

const GIVEN = [
  'Aino', 'Amara', 'Anders', 'Beatriz', 'Chiara', 'Dmitri', 'Elif', 'Emeka', 'Farah', 'Fergus', 'Greta', 'Hana',
  'Henrik', 'Imani', 'Ingrid', 'Jonas', 'Kavya', 'Kenji', 'Leila', 'Lukas', 'Maeve', 'Mateo', 'Nadia', 'Noor', 'Oskar',
  'Paulina', 'Quentin', 'Rafael', 'Saoirse', 'Sven', 'Tariq', 'Uma', 'Viktor', 'Wanda', 'Ximena', 'Yusuf', 'Zofia',
] as const;

const FAMILY = [
  'Achterberg', 'Adeyemi', 'Andersson', 'Bianchi', 'Castillo', 'Dvořák', 'Eriksen', 'Fischer', 'Grønn', 'Haddad',
  'Iwasaki', 'Jansen', 'Kowalska', 'Lindqvist', 'Moreau', 'Nakamura', 'Novák', 'Okafor', "O'Brien", 'Papadakis',
  'Quispe', 'Rasmussen', 'Şahin', 'Silva', 'Tanaka', 'Ueda', 'Virtanen', 'Weber', 'Xu', 'Yıldız', 'Zhang',
] as const;

const DEPARTMENTS = ['Finance', 'Logistics', 'Sales', 'Production', 'Human Resources', 'Research'] as const;

export interface ExampleUser {
  guid: string;
  userDirectory: string;
  userId: string;
  name: string;
  inactive: boolean;
  blocked: boolean;
  removedExternally: boolean;
  roles: string[];
  tags: string[];
  customProperties: { name: string; value: string }[];
  attributes: { name: string; value: string }[];
}

export function inventUser(number: number, random: Random): ExampleUser {
  const name = `${random.pick(GIVEN)} ${random.pick(FAMILY)}`;
  const kind = random.share();
  const directory = kind < 0.86 ? 'ACME' : kind < 0.98 ? 'PARTNER' : 'ADMIN';
  const left = random.share();
  return {
    guid: random.guid(),
    userDirectory: directory,
    userId: account(name, number),
    name,
    inactive: left < 0.05,
    blocked: left > 0.985,
    removedExternally: left < 0.03,
    roles: random.share() < 0.012 ? ['RootAdmin'] : random.share() < 0.03 ? ['ContentAdmin'] : [],
    tags: random.share() < 0.04 ? ['License do not release'] : [],
    customProperties: [
      { name: 'Department', value: random.pick(DEPARTMENTS) },
      ...(random.share() < 0.025 ? [{ name: 'LicenseManage', value: 'do-not-release' }] : []),
    ],
    attributes: [],
  };
}

/** Letters of the name and a number, as directories make them. */
function account(name: string, number: number): string {
  const plain = name
    .normalize('NFD')
    .replace(/ı/g, 'i')
    .replace(/ø/gi, 'o')
    .replace(/[^A-Za-z ]/g, '')
    .toLowerCase();
  const [given = '', family = ''] = plain.split(' ');
  return `${given.slice(0, 1)}${family.slice(0, 7)}${String(number).padStart(3, '0')}`;
}
