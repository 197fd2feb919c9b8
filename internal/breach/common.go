package breach

import (
	"slices"
	"strings"
	"unicode"
)

// Common reports whether a password follows a pattern that is among the first
// that anybody tries: a word that everybody takes with a year or digits around it,
// a walk over the keyboard, a row of letters or digits, or the same again and
// again. The words are further ones that are near at hand, such as parts of the
// person's own name.
func Common(password string, words ...string) bool {
	plain := unleet(strings.ToLower(password))
	if repeats(strings.ToLower(password)) {
		return true
	}
	if core := strings.TrimFunc(strings.ToLower(password), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }); core == "" || walks(core) {
		return true
	}
	rest := onlyLetters(plain)
	if rest == "" { // digits and marks alone: a date, a number
		return len([]rune(password)) < digitsAlone
	}
	return made(rest, append(usual(), nearWords(words)...), 0) && others(password) <= mostOthers
}

const (
	digitsAlone = 16 // so many digits and marks are no longer tried one after another
	mostOthers  = 8  // so many digits and marks around usual words do not help
	mostWords   = 3  // so many usual words one after another do not help
)

// usual are words that people take when a password is asked for.
func usual() []string {
	return []string{
		"password", "passwort", "passphrase", "passw", "pass", "welcome", "willkommen", "bienvenue", "letmein", "login", "secret", "admin", "administrator", "root", "user", "test", "testing", "guest", "default", "changeme",
		"change", "me", "please", "my", "the", "new", "iloveyou", "love", "qwerty", "qwertz", "azerty", "master", "monkey", "dragon", "football", "baseball", "sunshine", "princess", "superman", "batman", "trustno", "hello", "access",
		"company", "security", "secure", "server", "system", "network", "computer", "internet", "okta", "sallyport", "sally", "port", "google", "microsoft", "windows",
		"spring", "summer", "autumn", "fall", "winter", "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
		"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "abc", "abcd", "asdf", "xyz", "is", "it", "a", "i", "in", "to", "go",
	}
}

// nearWords returns the words that are long enough to be known again.
func nearWords(words []string) []string {
	var out []string
	for _, w := range words {
		for part := range strings.FieldsFuncSeq(unleet(strings.ToLower(w)), func(r rune) bool { return !unicode.IsLetter(r) }) {
			if len(part) >= 3 {
				out = append(out, part)
			}
		}
	}
	return out
}

// made reports whether letters are a few words, one after another.
func made(letters string, words []string, used int) bool {
	if letters == "" {
		return true
	}
	if used == mostWords {
		return false
	}
	return slices.ContainsFunc(words, func(w string) bool {
		rest, ok := strings.CutPrefix(letters, w)
		return ok && made(rest, words, used+1)
	})
}

// others counts the characters of a password that are no letters, those that
// stand for a letter included.
func others(password string) int {
	n := 0
	for _, r := range password {
		if !unicode.IsLetter(r) {
			n++
		}
	}
	return n
}

func onlyLetters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return r
		}
		return -1
	}, s)
}

// unleet writes the digits and marks that people put in the place of letters as
// those letters, where letters stand on both sides.
func unleet(s string) string {
	stands := map[rune]rune{'0': 'o', '1': 'i', '3': 'e', '4': 'a', '5': 's', '7': 't', '@': 'a', '$': 's', '!': 'i'}
	in := []rune(s)
	out := slices.Clone(in)
	for i, r := range in {
		letter, ok := stands[r]
		if ok && i+1 < len(in) && (unicode.IsLetter(in[i+1]) || stands[in[i+1]] != 0 && i > 0 && unicode.IsLetter(out[i-1]) && lettersAfter(in[i+1:])) {
			out[i] = letter
		}
	}
	return string(out)
}

func lettersAfter(rs []rune) bool { return slices.ContainsFunc(rs, unicode.IsLetter) }

// repeats reports whether a password is the same few characters again and again.
func repeats(s string) bool {
	rs := []rune(s)
	for n := 1; n <= len(rs)/2 && n <= 6; n++ {
		same := true
		for i := n; i < len(rs); i++ {
			same = same && rs[i] == rs[i-n]
		}
		if same {
			return true
		}
	}
	return false
}

// rows are what fingers walk along.
func rows() []string {
	return []string{"abcdefghijklmnopqrstuvwxyz", "01234567890123456789", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "yxcvbnm", "azertyuiop", "qsdfghjklm", "1qaz2wsx3edc4rfv5tgb6yhn", "qazwsxedcrfvtgbyhnujm", "1q2w3e4r5t6y7u8i9o0p"}
}

// walks reports whether a password is walks along rows, forth or back, each of
// three characters or more.
func walks(s string) bool {
	all := rows()
	for _, row := range rows() {
		rs := []rune(row)
		slices.Reverse(rs)
		all = append(all, string(rs))
	}
	for rest := s; rest != ""; {
		longest := 0
		for _, row := range all {
			longest = max(longest, walked(rest, row))
		}
		if longest < 3 {
			return false
		}
		rest = rest[longest:]
	}
	return true
}

// walked returns how many bytes at the beginning of a text are a piece of a row.
func walked(s, row string) int {
	n := 0
	for n < len(s) && n < len(row) && strings.Contains(row, s[:n+1]) {
		n++
	}
	return n
}
