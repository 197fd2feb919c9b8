import { clsx } from "clsx";
import { useState } from "react";
import type { components } from "../../api/schema.gen.ts";
import { counted } from "../../kit/time.ts";
import { placeOf } from "./timeline.ts";

type Place = components["schemas"]["SignInSummary"]["places"][number];

const width = 720;
const height = 360;
const x = (lon: number) => ((lon + 180) / 360) * width;
const y = (lat: number) => ((90 - lat) / 180) * height;

const meridians = [-150, -120, -90, -60, -30, 0, 30, 60, 90, 120, 150];
const parallels = [-60, -30, 0, 30, 60];

/** How many places are named on the map, and listed below it. */
const named = 5;
const listed = 12;

/**
 * Where sign-ins came from, on a globe that is unrolled: longitude and latitude are drawn at one scale, every 30
 * degrees a line. It has no coasts, as those would have to be fetched or taken from somebody.
 */
export function WorldMap({ places }: { places: Place[] }) {
  const [chosen, setChosen] = useState<Place>();
  const most = Math.max(1, ...places.map((p) => p.signIns));
  return (
    <figure className="rounded-lg border bg-surface p-2">
      <svg
        viewBox={`0 0 ${width} ${height}`}
        className="block w-full"
        role="img"
        aria-label={`Map of ${counted(places.length, "place")} of sign-ins, by longitude and latitude; they are listed below`}
      >
        <rect width={width} height={height} rx="6" className="fill-sunken" />
        <Graticule />
        {places.map((p, i) => (
          <Dot key={placeKey(p)} place={p} most={most} named={i < named || p === chosen} strong={p === chosen} />
        ))}
      </svg>
      <ul className="mt-2 flex flex-wrap gap-1">
        {places.slice(0, listed).map((p) => (
          <li key={placeKey(p)}>
            <button
              type="button"
              aria-pressed={p === chosen}
              onClick={() => setChosen(p === chosen ? undefined : p)}
              className={clsx(
                "min-h-6 rounded-sm px-1.5 text-sm hover:bg-hover pointer-coarse:min-h-10",
                p === chosen && "bg-accent-soft text-accent",
              )}
            >
              {placeOf(p) || "Somewhere"}{" "}
              <span className="text-faint">
                {p.signIns}
                {p.failed > 0 && `, ${p.failed} failed`}
              </span>
            </button>
          </li>
        ))}
      </ul>
      <figcaption className="px-1.5 pt-1 text-xs text-faint">
        Longitude and latitude as Okta told them. A larger dot is more sign-ins; where all failed it is crossed.
      </figcaption>
    </figure>
  );
}

const placeKey = (p: Place) => `${p.city}/${p.country}/${p.lat}/${p.lon}`;

function Graticule() {
  return (
    <>
      <g className="stroke-edge/50" strokeWidth="1" fill="none">
        {meridians.map((lon) => (
          <line key={lon} x1={x(lon)} x2={x(lon)} y1="0" y2={height} strokeDasharray={lon === 0 ? undefined : "1 5"} />
        ))}
        {parallels.map((lat) => (
          <line key={lat} x1="0" x2={width} y1={y(lat)} y2={y(lat)} strokeDasharray={lat === 0 ? undefined : "1 5"} />
        ))}
      </g>
      <g className="fill-faint text-[17px]">
        {[-120, -60, 0, 60, 120].map((lon) => (
          <text key={lon} x={x(lon) + 3} y={height - 6}>
            {degrees(lon, "E", "W")}
          </text>
        ))}
        {[-60, -30, 30, 60].map((lat) => (
          <text key={lat} x="4" y={y(lat) - 4}>
            {degrees(lat, "N", "S")}
          </text>
        ))}
      </g>
    </>
  );
}

function Dot({ place: p, most, named, strong }: { place: Place; most: number; named: boolean; strong: boolean }) {
  const r = 4 + 7 * Math.sqrt(p.signIns / most);
  const bad = p.failed === p.signIns;
  const left = x(p.lon) > width * 0.75;
  return (
    <g>
      <circle
        cx={x(p.lon)}
        cy={y(p.lat)}
        r={r}
        className={bad ? "fill-bad-soft stroke-bad" : "fill-accent-soft stroke-accent"}
        strokeWidth={strong ? 4 : 2}
      />
      {bad && <path d={`M${x(p.lon) - 3} ${y(p.lat) - 3}l6 6m0-6l-6 6`} className="stroke-bad" strokeWidth="1.5" />}
      {named && (
        <text
          x={x(p.lon) + (left ? -r - 4 : r + 4)}
          y={y(p.lat) + 7}
          textAnchor={left ? "end" : "start"}
          className="fill-ink text-[20px]"
          paintOrder="stroke"
          stroke="var(--c-sunken)"
          strokeWidth="4"
        >
          {p.city || p.country}
        </text>
      )}
    </g>
  );
}

function degrees(n: number, plus: string, minus: string): string {
  return `${Math.abs(n)}°${n === 0 ? "" : n > 0 ? plus : minus}`;
}
