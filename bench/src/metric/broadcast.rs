//! P1: how many deliveries a second of the server's processor time gives.

use crate::{
    Outcome,
    load::{Crowd, Layout, Pace},
    measured::{Fault, Key, Measured, Plot, SUBJECT, Target},
    setting::Setting,
    subject::Subject,
};
use std::time::Duration;

const FIGURE: &str = "deliveries per server CPU-second";

const COUNTED: &str = "Tokens of 780 characters, the smallest real size, said by ten members of each room in turn, with a fixed number \
    of messages under way (a message is over when it has reached everyone): 64 in one room, 400 in 100 rooms. Counted is \
    each message that reached each member, the sender included; the processor time is user and system of the server and its \
    children until the last delivery. The server has one core, the generator the other. SecureChat checks who sends, and \
    commits to SQLite with `synchronous=FULL` before anyone gets a message; the references store nothing.";

/// Who is there, how much is under way, and what the reports call it.
struct Load {
    name: String,
    layout: Layout,
    window: usize,
    /// For the plot, and those alone who are in it.
    size: Option<f64>,
    subjects: &'static [Subject],
}

/// How many times theirs ours is to be.
const TARGETS: [(f64, Subject); 3] = [
    (1.0, Subject::Raw),
    (3.0, Subject::SocketIo),
    (20.0, Subject::Flask),
];

/// Sizes of one room; 1,000 is measured with all references anyway.
const SIZES: [usize; 4] = [2, 20, 200, 5000];

/// How long people talk, before it counts and while it does.
const WARM: Duration = Duration::from_millis(500);
const LENGTH: Duration = Duration::from_secs(3);

/// Runs all subjects in turns.
pub fn measure(setting: &Setting) -> Outcome<Measured> {
    let mut measured = Measured::new("P1", "Broadcast", COUNTED);
    for _ in 0..setting.rounds() {
        for load in loads(setting) {
            for subject in load.subjects {
                let key = Key::new(FIGURE, &load.name, subject.name());
                measured.sample(&[key], load.size, || run(setting, *subject, &load))?;
            }
        }
    }
    for load in loads(setting)
        .iter()
        .filter(|it| it.subjects == Subject::ALL)
    {
        let of = |name| Key::new(FIGURE, &load.name, name);
        for (factor, reference) in TARGETS {
            let target = Target::at_least(of(SUBJECT)).times(factor, of(reference.name()));
            measured.targets.push(target);
        }
    }
    measured.plots.push(Plot {
        file: "p1-room-size".to_owned(),
        title: "Deliveries per server CPU-second in one room".to_owned(),
        figure: FIGURE.to_owned(),
        across: "members of the room".to_owned(),
    });
    Ok(measured)
}

fn loads(setting: &Setting) -> Vec<Load> {
    let one_room = |members: usize, subjects| Load {
        name: format!("one room of {members}"),
        layout: Layout { rooms: 1, members },
        window: 64,
        size: Some(members as f64),
        subjects,
    };
    let (rooms, members) = setting.load((100, 50), (4, 5));
    let many = Load {
        name: format!("{rooms} rooms of {members}"),
        layout: Layout { rooms, members },
        window: 4 * rooms,
        size: None,
        subjects: &Subject::ALL,
    };
    let sizes = setting.load(&SIZES[..], &SIZES[..1]).iter();
    let mut loads = vec![one_room(setting.load(1000, 10), &Subject::ALL), many];
    loads.extend(sizes.map(|size| one_room(*size, &Subject::RAW)));
    loads
}

fn run(setting: &Setting, subject: Subject, load: &Load) -> Result<Vec<f64>, Fault> {
    let running = subject.start(setting, load.layout)?;
    let mut crowd = Crowd::gather(running, load.layout.members)?;
    let pace = Pace::Window(load.window);
    crowd.talk(pace, setting.load(WARM, WARM / 5))?;
    let flow = crowd.talk(pace, setting.load(LENGTH, WARM))?;
    Ok(vec![flow.deliveries as f64 / flow.server_cpu])
}
