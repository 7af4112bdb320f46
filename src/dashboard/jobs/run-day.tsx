/** Runs a day by hand, as its schedule does. */
import { useState } from 'preact/hooks';
import { project } from '../data/project.ts';
import { Act } from '../ui/act.tsx';
import { isDay } from '../ui/days.ts';

export function RunDay() {
  const { from = '', date: last = '' } = project.value ?? {};
  const [date, setDate] = useState(last);
  const isRight = isDay(date);
  return (
    <span class="run-day">
      <label>
        Day{' '}
        <input
          type="text"
          inputMode="numeric"
          size={10}
          maxLength={10}
          value={date}
          aria-invalid={!isRight}
          onInput={(event) => setDate(event.currentTarget.value)}
        />
      </label>
      {isRight ? (
        <Act label="Run the day" url="/api/mill/runs" body={{ date }}>
          <p>
            Starts the workflow of {date}: it catches up on all days from {from} on, and what is settled does not run
            again. The plan says what that will be.
          </p>
        </Act>
      ) : (
        <span class="bad">A day is written 2001-01-31.</span>
      )}
    </span>
  );
}
