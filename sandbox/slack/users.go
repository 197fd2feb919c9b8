package slack

import (
	"fmt"
	"maps"
	"strings"
)

// viewUser returns the JSON of a person.
func viewUser(w *Workspace, p Person) map[string]any {
	full := strings.TrimSpace(p.First + " " + p.Last)
	profile := map[string]any{
		"title": p.Title, "phone": "", "skype": "", "real_name": full, "real_name_normalized": full, "display_name": p.Name,
		"display_name_normalized": p.Name, "first_name": p.First, "last_name": p.Last, "email": p.Email, "team": w.team, "fields": nil,
		"status_text": "", "status_emoji": "", "status_emoji_display_info": []any{}, "status_expiration": 0, "status_text_canonical": "",
		"avatar_hash": "g" + strings.ToLower(p.ID),
	}
	for _, size := range []int{24, 32, 48, 72, 192, 512} {
		profile[fmt.Sprintf("image_%d", size)] = fmt.Sprintf("https://%s.slack.example/img/%s_%d.png", domain(w), p.ID, size)
	}
	v := map[string]any{
		"id": p.ID, "team_id": w.team, "name": p.Name, "deleted": p.Deleted, "profile": profile, "is_bot": false, "is_app_user": false,
		"updated": w.channels[0].created,
	}
	if p.Deleted {
		return v // a deactivated member is shown without the rest
	}
	maps.Copy(v, map[string]any{
		"color": "9f69e7", "real_name": full, "tz": "Etc/UTC", "tz_label": "Coordinated Universal Time", "tz_offset": 0, "is_admin": p.Admin,
		"is_owner": false, "is_primary_owner": false, "is_restricted": false, "is_ultra_restricted": false, "is_email_confirmed": true,
		"who_can_share_contact_card": "EVERYONE",
	})
	return v
}

func lookupByEmail(w *Workspace, a args) (reply, error) {
	if a.text("email") == "" {
		return nil, missing("email")
	}
	p, ok := w.opt.People.ByEmail(a.text("email"))
	if !ok || p.Deleted {
		return nil, refuse("users_not_found")
	}
	return reply{"user": viewUser(w, p)}, nil
}

func userInfo(w *Workspace, a args) (reply, error) {
	if a.text("user") == "" {
		return nil, missing("user")
	}
	p, ok := w.opt.People.ByID(a.text("user"))
	if !ok {
		return nil, refuse("user_not_found")
	}
	return reply{"user": viewUser(w, p)}, nil
}

// maxUsers is how many people a page of users.list has at most; more than a
// thousand make Slack itself refuse a call without a limit.
const maxUsers = 1000

func listUsers(w *Workspace, a args) (reply, error) {
	limit := a.number("limit", maxUsers, maxUsers)
	people := w.opt.People.After(a.text("cursor"), limit+1)
	next := ""
	if len(people) > limit {
		if a.text("limit") == "" {
			return nil, refuse("limit_required")
		}
		people = people[:limit]
		next = people[limit-1].ID
	}
	out := make([]map[string]any, len(people))
	for i, p := range people {
		out[i] = viewUser(w, p)
	}
	return reply{"members": out, "cache_ts": w.opt.Now().Unix(), "response_metadata": map[string]any{"next_cursor": next}}, nil
}
