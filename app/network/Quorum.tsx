'use client';

import { useId, useState } from 'react';
import { Button } from '../components/Button';
import { Dial } from '../components/Dial';
import { useLanguage, useText } from '../i18n/useText';
import { Curve } from '../plots/Curve';
import { Key, Plot } from '../plots/Plot';
import { NetworkHead } from './Parts';
import { advised, quorumCurve } from './quorum';
import { networkTexts } from './texts';
import { chance } from './words';

/** Chances a slider can take, in per mille: fine where it matters. */
const fears = [1, 2, 5, 10, 20, 50, 100, 150, 200, 300, 400, 500] as const;

/** Choosing M of N by what one fears. */
export function Quorum() {
  const t = useText(networkTexts);
  const [language] = useLanguage();
  const [shares, setShares] = useState(5);
  const [wanted, setThreshold] = useState(3);
  const [failing, setFailing] = useState(6);
  const [colluding, setColluding] = useState(5);
  const threshold = Math.min(wanted, shares);
  const assumptions = { failing: (fears[failing] ?? 0) / 1000, colluding: (fears[colluding] ?? 0) / 1000 };
  const curve = quorumCurve(shares, assumptions);
  const at = curve[threshold - 1];
  const best = advised(shares, assumptions);
  if (at === undefined) return null;
  const say = (value: number) => chance(value, language);
  const sentence = (one: typeof at) =>
    t('curveTitle', { shares, threshold: one.threshold, opens: say(one.opens), colludes: say(one.colludes) });
  return (
    <>
      <NetworkHead title={t('quorum')}>{t('quorumLead')}</NetworkHead>
      <div className="grid gap-6 lg:grid-cols-[20rem_1fr]">
        <section className="flex flex-col gap-6 rounded-card border border-line bg-raised p-5">
          <Slider label={t('howMany')} value={shares} min={1} max={21} text={String(shares)} onChange={setShares} />
          <Slider
            label={t('mustAnswer')}
            value={threshold}
            min={1}
            max={shares}
            text={t('chosen', { threshold, shares })}
            onChange={setThreshold}
          />
          <Slider
            label={t('failing')}
            value={failing}
            min={0}
            max={fears.length - 1}
            text={say(assumptions.failing)}
            onChange={setFailing}
          />
          <Slider
            label={t('colluding')}
            value={colluding}
            min={0}
            max={fears.length - 1}
            text={say(assumptions.colluding)}
            onChange={setColluding}
          />
          <div className="border-line border-t pt-4 text-sm">
            <p className="text-quiet">{t('advice', { threshold: best, shares })}</p>
            {best !== threshold && (
              <Button className="mt-3" onClick={() => setThreshold(best)}>
                {t('choose', { threshold: t('chosen', { threshold: best, shares }) })}
              </Button>
            )}
          </div>
        </section>
        <section className="min-w-0 rounded-card border border-line bg-raised">
          <div className="flex flex-wrap items-center gap-6 border-line border-b px-5 py-4">
            <Dial shares={shares} threshold={threshold} lit={threshold} size={72} />
            <dl className="flex flex-wrap gap-x-10 gap-y-3" aria-live="polite">
              <div>
                <dt className="text-quiet text-sm">{t('opens')}</dt>
                <dd className="font-semibold text-2xl text-teal" data-testid="opens">
                  {say(at.opens)}
                </dd>
              </div>
              <div>
                <dt className="text-quiet text-sm">{t('colludes')}</dt>
                <dd className="font-semibold text-2xl text-amber" data-testid="colludes">
                  {say(at.colludes)}
                </dd>
              </div>
            </dl>
          </div>
          <Plot
            title={sentence(at)}
            height={260}
            legend={
              <>
                <Key colour="teal">{t('opens')}</Key>
                <Key colour="amber">{t('colludes')}</Key>
              </>
            }
            table={{
              name: t('asTable'),
              head: [t('mustAnswer'), t('opens'), t('colludes')],
              rows: curve.map((one) => [String(one.threshold), say(one.opens), say(one.colludes)]),
            }}
            draw={(area) => (
              <Curve
                area={area}
                points={curve.map((one) => ({
                  at: one.threshold,
                  good: one.opens,
                  bad: one.colludes,
                  title: sentence(one),
                }))}
                chosen={threshold}
                onChoose={setThreshold}
              />
            )}
          />
          <div className="flex flex-col gap-2 border-line border-t px-5 py-4 text-pretty text-quiet text-sm">
            <p>{t('colludeMeans')}</p>
            <p>{t('assumption')}</p>
          </div>
        </section>
      </div>
    </>
  );
}

function Slider({
  label,
  value,
  min,
  max,
  text,
  onChange,
}: {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly text: string;
  readonly onChange: (value: number) => void;
}) {
  const id = useId();
  return (
    <div>
      <div className="flex items-baseline justify-between gap-3 text-sm">
        <label htmlFor={id}>{label}</label>
        <output htmlFor={id} className="whitespace-nowrap font-semibold">
          {text}
        </output>
      </div>
      <input
        id={id}
        type="range"
        min={min}
        max={max}
        value={value}
        aria-valuetext={text}
        onChange={(event) => onChange(Number(event.target.value))}
        className="mt-1 h-8 w-full accent-teal"
      />
    </div>
  );
}
