use super::*;

const HOME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(127, 0, 0, 1));

fn other(n: u8) -> IpAddr {
    IpAddr::from([127, 1, 0, n])
}

fn name(text: &str) -> Username {
    text.parse().unwrap()
}

fn waits(result: Result<(), PublicError>) -> u32 {
    match result {
        Err(PublicError::TooManyAttempts { retry_after_s }) => retry_after_s,
        other => panic!("expected a delay, got {other:?}"),
    }
}

#[test]
fn delays_grow_with_each_attempt_and_shrink_with_time() {
    let attempts = Attempts::new(AttemptLimits::default());
    let ana = name("ana");
    let mut now = 1_000_000;
    for _ in 0..6 {
        attempts.count(&ana, HOME, now).unwrap();
    }
    assert_eq!(waits(attempts.count(&ana, HOME, now)), 1);
    now += 1000;
    attempts.count(&ana, HOME, now).unwrap();
    assert_eq!(waits(attempts.count(&ana, HOME, now)), 2);
    for _ in 0..20 {
        now += 15 * 60_000;
        attempts.count(&ana, HOME, now).unwrap();
    }
    now += 3 * 60 * 60_000;
    for _ in 0..5 {
        attempts.count(&ana, HOME, now).unwrap();
    }
}

#[test]
fn a_success_clears_what_was_mistyped() {
    let attempts = Attempts::new(AttemptLimits::default());
    let ana = name("ana");
    for _ in 0..6 {
        attempts.count(&ana, HOME, 0).unwrap();
    }
    attempts.succeeded(&ana, HOME, 0);
    for _ in 0..6 {
        attempts.count(&ana, HOME, 0).unwrap();
    }
}

#[test]
fn many_machines_slow_a_stranger_down_but_not_the_owner() {
    let attempts = Attempts::new(AttemptLimits::default());
    let ana = name("ana");
    attempts.count(&ana, HOME, 0).unwrap();
    attempts.succeeded(&ana, HOME, 0);
    let accepted = (0..200u8)
        .filter(|n| attempts.count(&ana, other(*n), 1).is_ok())
        .count();
    assert_eq!(accepted, 30, "the free ones, one of them used from home");
    assert!(waits(attempts.count(&ana, other(201), 1)) <= 4);
    attempts.count(&ana, HOME, 1).unwrap();
}

#[test]
fn one_machine_against_many_accounts_is_slowed_down() {
    let attempts = Attempts::new(AttemptLimits::default());
    let refused = (0..200).find(|n| attempts.count(&name(&format!("user{n}")), HOME, 0).is_err());
    assert_eq!(refused, Some(51));
    attempts.count(&name("user0"), other(1), 0).unwrap();
}

#[test]
fn one_household_is_one_address() {
    assert_eq!(
        household("2001:db8::1".parse().unwrap()),
        household("2001:db8::ffff".parse().unwrap())
    );
    assert_ne!(
        household("2001:db8::1".parse().unwrap()),
        household("2001:db8:0:1::1".parse().unwrap())
    );
    assert_eq!(household("::ffff:127.0.0.1".parse().unwrap()), HOME);
}

#[test]
fn memory_stays_bounded_and_the_most_pressed_counters_stay() {
    let attempts = Attempts::new(AttemptLimits {
        counters: 64,
        ..AttemptLimits::default()
    });
    let ana = name("ana");
    for _ in 0..6 {
        attempts.count(&ana, HOME, 0).unwrap();
    }
    for n in 0..10_000u16 {
        let [high, low] = n.to_be_bytes();
        let address = IpAddr::from([127, 2, high, low]);
        attempts
            .count(&name(&format!("user{n}")), address, 0)
            .unwrap();
        assert!(lock(&attempts.counters).len() <= 64);
    }
    assert_eq!(waits(attempts.count(&ana, HOME, 0)), 1);
}
