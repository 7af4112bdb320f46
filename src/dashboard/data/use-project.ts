/** Asks for the project. */
import { useEffect } from 'preact/hooks';
import { query } from '../shell/location.ts';
import { type Answer, useAnswer } from './answer.ts';
import { type Project, project } from './project.ts';

/** The project, asked for once and kept where everything finds it. */
export function useProject(): Answer<Project> {
  const organization = query.value.get('org');
  const answer = useAnswer<Project>(
    `/api/mill/project${organization === null ? '' : `?org=${encodeURIComponent(organization)}`}`,
  );
  useEffect(() => {
    if (answer.data !== undefined) project.value = answer.data;
  }, [answer.data]);
  return answer;
}
