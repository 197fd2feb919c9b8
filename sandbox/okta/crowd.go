package okta

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"
)

// membershipsEach is of how many groups somebody is a member in an org that is
// made with many, on average.
const membershipsEach = 15

// crowd makes the org as big as it was asked to be: so many groups, of which some
// are large, most small and a fifth empty, and so many apps for some of them.
func (s *seeder) crowd(opt Options) {
	r := rand.New(rand.NewPCG(opt.Seed, 0x63726f7764)) //nolint:gosec // a simulation, repeatable on purpose
	made := s.crowdGroups(r, opt.Groups-len(s.dir.groups.items))
	s.crowdApps(r, opt.Apps-len(s.apps.all.items), made)
}

func (s *seeder) crowdGroups(r *rand.Rand, n int) []*group {
	if n <= 0 {
		return nil
	}
	weight := func(i int) float64 { return math.Pow(float64(i+1), -0.7) }
	var sum float64
	for i := range n {
		if i%5 != 4 {
			sum += weight(i)
		}
	}
	people := float64(len(s.people))
	made := make([]*group, 0, n)
	for i := range n {
		g := newGroup(s.Org, oktaGroup, fmt.Sprintf("Team %05d", i+1), "One of many", s.start)
		made = append(made, g)
		if i%5 == 4 {
			continue
		}
		share := min(0.5, membershipsEach*weight(i)/sum)
		// From one member to the next, as many are skipped as chance has it; so
		// members come in the order of their ids, and nobody twice.
		skip := func() int { return int(math.Log(1-r.Float64()) / math.Log(1-share)) }
		for at := skip(); float64(at) < people; at += 1 + skip() {
			s.member(g, s.people[at])
		}
	}
	return made
}

// crowdApps makes apps that groups have, and some people by themselves.
func (s *seeder) crowdApps(r *rand.Rand, n int, groups []*group) {
	for i := range max(n, 0) {
		name := fmt.Sprintf("team_app_%05d", i+1)
		a := &app{
			id: s.ids.next("0oa"), name: name, label: fmt.Sprintf("Team app %05d", i+1), status: "ACTIVE", signOn: "BOOKMARK", created: s.start, lastUpdated: s.start,
			users: map[string]*appUser{}, accessibility: map[string]any{"selfService": false}, visibility: map[string]any{"autoLaunch": false},
			credentials: map[string]any{}, settings: map[string]any{"app": map[string]any{"url": "https://" + name + ".example"}},
		}
		s.apps.add(a)
		for range min(len(groups), 6) {
			g := groups[r.IntN(len(groups))]
			if !g.apps.has(a.id) {
				a.assignGroup(&appGroup{group: g, priority: len(a.groups), profile: map[string]any{}, id: s.ids.next("gaa"), lastUpdated: s.start})
			}
		}
		for range min(len(s.people), 20) {
			u := s.people[r.IntN(len(s.people))]
			a.users[u.id] = &appUser{
				id: "0ua" + u.id[3:], scope: "USER", userName: u.login(), madeFrom: u.login(), profile: map[string]any{}, created: s.start.Add(time.Hour), lastUpdated: s.start.Add(time.Hour),
			}
		}
	}
}
