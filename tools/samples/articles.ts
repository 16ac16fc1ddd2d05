import type { Article, Supplier } from './dock-notices.ts';

// Invented suppliers and their goods. Item numbers are the reference part of a GTIN under the example prefix.

export const PANTRY: Supplier = { code: 'BRIGHT', name: 'Brightwater Pantry Foods' };
export const HARDWARE: Supplier = { code: 'NORTHFORK', name: 'Northfork Hardware Supply' };
export const PHARMA: Supplier = { code: 'KESTREL', name: 'Kestrel Cold Chain Pharma' };
export const ORCHARD: Supplier = { code: 'SADDLE', name: 'Saddleback Orchards Growers Coop' };
export const PAINT: Supplier = { code: 'COBALT', name: 'Cobalt Row Paints & Coatings' };
/** Exactly 40 characters: the longest that still has to fit one line on a board. */
export const KITCHEN: Supplier = { code: 'HERON', name: 'Blue Heron Kitchen & Dining Products Ltd' };
export const DAIRY: Supplier = { code: 'JASMIN', name: 'Zakłady Mleczarskie Jaśminowa Łąka' };
export const FARM: Supplier = { code: 'GALIL', name: 'משק הגבעה הירוקה בע״מ' };
export const TOYS: Supplier = { code: 'TUMBLE', name: 'Tumbledown Toys' };

const article = (item: number, sku: string, supplierItem: string, text: string, unit: string): Article => ({
  item,
  sku,
  supplierItem,
  text,
  unit,
});

export const OATS = article(10, 'DRY-1010', 'BW-OAT-12', 'Rolled oats 500 g, 12 per case', 'CA');
export const TOMATO = article(11, 'CAN-2201', 'BW-TOM-24', 'Chopped tomatoes 400 g, 24 per tray', 'CA');
export const OIL = article(12, 'OIL-3300', 'BW-OLV-6', 'Olive oil extra virgin 1 l, 6 per case', 'CA');
export const COFFEE = article(13, 'DRY-1188', 'BW-COF-10', 'Ground coffee medium roast 250 g, 10 per case', 'CA');

export const HINGES = article(30, 'HW-40112', 'NF-7781', 'Butt hinge 3.5 in, satin nickel, pair', 'PR');
export const SCREWS = article(31, 'HW-40350', 'NF-1208', 'Deck screws #10 x 3 in, box of 350', 'BX');
export const DRILL = article(32, 'HW-51900', 'NF-20V-K', 'Cordless drill 20 V kit with two batteries', 'EA');
export const TAPE = article(33, 'HW-40777', 'NF-0035', 'Tape measure 25 ft', 'EA');

export const INSULIN = article(50, 'RX-0091', 'KC-INS-100', 'Insulin glargine 100 U/ml, 10 ml vial, keep 2-8 C', 'EA');
export const VACCINE = article(
  51,
  'RX-0144',
  'KC-FLU-27',
  'Influenza vaccine 2026/27, 10 prefilled syringes, keep 2-8 C',
  'PK',
);

export const APPLES = article(70, 'PRD-6001', 'SO-HON-40', 'Honeycrisp apples, 40 lb carton', 'CA');
export const CHEESE = article(71, 'DLI-6120', 'SO-CHD-CW', 'Aged cheddar wheel, catch weight', 'LB');

export const PRIMER = article(80, 'PNT-7007', 'CR-PRM-5', 'Interior primer white, 5 gal pail', 'EA');
export const SOLVENT = article(81, 'PNT-7350', 'CR-SLV-1', 'Mineral spirits 1 gal, UN1300, class 3', 'EA');

export const SKILLET = article(90, 'KIT-8801', 'BH-SK-10', 'Cast iron skillet 10 in', 'EA');
export const KETTLE = article(91, 'KIT-8817', 'BH-KT-17', 'Stovetop kettle 1.7 l', 'EA');

export const BUTTER = article(100, 'CHL-9001', 'JL-MAS-82', 'Masło śmietankowe 82 % 200 g, 20 szt.', 'CT');
export const KEFIR = article(101, 'CHL-9014', 'JL-KEF-1', 'Kefir naturalny 1 l, 12 szt.', 'CT');
export const DATES = article(110, 'HFA-5502', 'GH-TMR-5', 'תמר מג׳הול 5 ק״ג', 'CT');
export const TAHINI = article(111, 'HFA-5519', 'GH-THN-12', 'טחינה גולמית 500 גרם, 12 ביחידה', 'CT');
export const BLOCKS = article(120, 'TOY-3010', 'TT-BLK-100', 'Wooden building blocks, set of 100', 'EA');
