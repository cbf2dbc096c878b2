use std::cell::RefCell;

use super::*;

thread_local! {
    /// What has run on this thread.
    pub(crate) static RUN: RefCell<Vec<Format>> = const { RefCell::new(Vec::new()) };
}

/// What has run, in order of its name. Runs of PBKDF2 with one digest are one run with the sum of their rounds.
pub(crate) fn summed(run: Vec<Format>) -> Vec<String> {
    let mut summed: Vec<Format> = Vec::new();
    for format in run {
        #[cfg(feature = "foreign-hashes")]
        if let Format::Pbkdf2(more) = format
            && let Some(Format::Pbkdf2(sum)) =
                summed.iter_mut().find(|sum| matches!(sum, Format::Pbkdf2(sum) if sum.has_digest_of(more)))
        {
            sum.rounds = sum.rounds.saturating_add(more.rounds.get());
            continue;
        }
        summed.push(format);
    }
    let mut names: Vec<_> = summed.iter().map(|format| format!("{format:?}")).collect();
    names.sort();
    names
}

fn format(stored: &str) -> Option<Format> {
    Format::of(&PasswordHash::from_stored(stored), &[])
}

fn weaker(stored: &str) -> Option<bool> {
    format(stored).map(|format| format.is_weaker_than_current())
}

fn is_sampled(stored: &str) {
    let format = format(stored).unwrap();
    let sample = format.sample();
    assert_eq!(Format::of(&sample, &[]), Some(format.clone()), "{}", sample.as_str());
    for password in ["", "three words and a comma"] {
        assert_eq!(format.verify(password, &sample, &[]), Some(false), "{}", sample.as_str());
    }
}

#[test]
fn a_sample_is_of_its_format_and_no_password_has_it() {
    is_sampled(&argon2("m=512,t=2,p=2"));
    #[cfg(feature = "foreign-hashes")]
    of_others::PASSWORDS[0].1.iter().for_each(|stored| is_sampled(stored));
}

fn argon2(parameters: &str) -> String {
    format!("$argon2id$v=19${parameters}$wagCPXjifgvUFBzq4hqe3w$CYaIb8sB+wtD+Vu/P4uod1+Qof8h+1g7bbDlBID48Rc")
}

#[test]
fn what_cannot_be_verified_and_what_would_take_too_much_has_no_format() {
    for stored in [
        "",
        "!",
        "$argon2id$v=19$m=19456,t=2,p=1",
        "$argon2id$v=99$m=19456,t=2,p=1$wagCPXjifgvUFBzq4hqe3w$CYaIb8sB+wtD+Vu/P4uod1+Qof8h+1g7bbDlBID48Rc",
        &argon2("m=4194304,t=1,p=1"),
        &argon2("m=262144,t=5,p=1"),
        &argon2("m=65536,t=4294967295,p=1"),
        &argon2("m=19456,t=2,p=17"),
        "$2b$31$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
        "$2b$xx$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
    ] {
        assert_eq!(format(stored), None, "{stored}");
    }
    assert!(format(&argon2("m=65536,t=3,p=4")).is_some());
    assert!(format(&argon2("m=262144,t=4,p=1")).is_some());
}

#[test]
fn only_a_weaker_hash_is_replaced() {
    for (parameters, is_weaker) in [
        ("m=19456,t=2,p=1", false),
        ("m=65536,t=3,p=4", false),
        ("m=47104,t=1,p=1", false),
        ("m=512,t=2,p=1", true),
        ("m=19456,t=1,p=1", true),
        ("m=1024,t=100,p=1", true),
    ] {
        assert_eq!(weaker(&argon2(parameters)), Some(is_weaker), "{parameters}");
    }
    for (current, older) in [("argon2id", "argon2i"), ("v=19", "v=16"), ("$v=19", "")] {
        let older = argon2("m=65536,t=3,p=4").replace(current, older);
        assert_eq!(weaker(&older), Some(true), "{older}");
    }
}

#[cfg(feature = "foreign-hashes")]
pub(crate) mod of_others {
    use super::*;

    #[test]
    fn scrypt_is_bounded_by_bytes_in_each_notation() {
        let phc = |parameters: &str| format!("$scrypt${parameters}$YQ$aGFzaGhhc2hoYXNoaGFzaA");
        let hash = "00112233445566778899aabbccddeeff";
        let werkzeug = |parameters: &str| format!("scrypt:{parameters}$a${hash}");
        for stored in [
            phc("ln=1,r=1,p=1073741823"),
            phc("ln=1,r=8,p=524288"),
            phc("ln=1,r=2,p=2147483648"),
            phc("ln=1,r=4294967295,p=4294967295"),
            phc("ln=63,r=1,p=1"),
            phc("ln=64,r=1,p=1"),
            phc("ln=0,r=8,p=1"),
            phc("ln=14,r=0,p=1"),
            phc("ln=14,r=8,p=0"),
            phc("ln=19,r=8,p=1"),
            phc("ln=18,r=8,p=5"),
            werkzeug("2:1:16777216"),
            werkzeug("2:1:4194304"),
            format!("scrypt$2$a$1$16777216${}", "aGFzaGhhc2hoYXNoaGFzaA=="),
        ] {
            assert_eq!(format(&stored), None, "{stored}");
        }
        for stored in [phc("ln=18,r=8,p=1"), phc("ln=18,r=8,p=4"), phc("ln=16,r=8,p=1"), werkzeug("32768:8:1")] {
            assert!(format(&stored).is_some(), "{stored}");
        }
    }

    #[test]
    fn pbkdf2_and_bcrypt_are_bounded_by_their_rounds_and_output() {
        let hash = |bytes: usize| "00".repeat(bytes);
        for stored in [
            format!("pbkdf2:sha256:5000001$a${}", hash(32)),
            format!("pbkdf2:sha256:4294967295$a${}", hash(32)),
            format!("pbkdf2:sha256:4294967296$a${}", hash(32)),
            format!("pbkdf2:sha256:0$a${}", hash(32)),
            format!("pbkdf2:sha256:600$a${}", hash(33)),
            format!("pbkdf2:sha1:600$a${}", hash(21)),
            "$2b$17$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW".to_owned(),
        ] {
            assert_eq!(format(&stored), None, "{stored}");
        }
        assert!(format(&format!("pbkdf2:sha256:5000000$a${}", hash(32))).is_some());
    }

    fn verify(password: &str, stored: &str) -> Option<bool> {
        let stored = PasswordHash::from_stored(stored);
        Format::of(&stored, &[])?.verify(password, &stored, &[])
    }

    #[test]
    fn published_bcrypt_hashes_verify_under_each_prefix() {
        for (password, rest) in [
            ("U*U", "05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"),
            ("U*U*", "05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK"),
        ] {
            for prefix in ["$2a$", "$2b$", "$2y$"] {
                assert_eq!(verify(password, &format!("{prefix}{rest}")), Some(true), "{prefix}{rest}");
                assert_eq!(verify("U*U**", &format!("{prefix}{rest}")), Some(false));
            }
        }
    }

    #[test]
    fn a_password_that_bcrypt_would_truncate_never_matches() {
        let (fits, cut) = ("x".repeat(72), "x".repeat(73));
        let stored = ::bcrypt::hash(&fits, 4).unwrap();
        for stored in [stored.clone(), format!("bcrypt${stored}")] {
            assert_eq!(verify(&fits, &stored), Some(true));
            assert_eq!(verify(&cut, &stored), Some(false), "the first 72 bytes logged in");
        }
        assert_eq!(verify(&cut, &::bcrypt::hash(&cut, 4).unwrap()), Some(false));
        // Django's hasher of this name hashes a digest of any length of password: of 100 letters `x` here.
        let of_digest = "bcrypt_sha256$$2b$04$8XCMbszcxW/7JqAJwTidIu52aDjTaaEoYPlnFKzszL/vYN7ZGNf0m";
        assert_eq!(verify(&"x".repeat(100), of_digest), Some(true));
        assert_eq!(verify(&"x".repeat(99), of_digest), Some(false));
        let of_hmac = "$bcrypt-sha256$v=2,t=2b,r=4$5V1iOkrSUbKbc4hbhVDctu$ClftnmqGGQjWTQ94AjVsCJlVWuCEsHO";
        assert_eq!(verify(&"x".repeat(100), of_hmac), Some(true));
        assert_eq!(verify(&"x".repeat(99), of_hmac), Some(false));
    }

    /// The hashes of "three words and a comma" and of a password that is not ASCII, by passlib 1.7.4, Django 5.2 and
    /// Werkzeug 3.1, each with small parameters.
    pub(crate) const PASSWORDS: [(&str, [&str; 19]); 2] = [
        (
            "three words and a comma",
            [
                "$scrypt$ln=8,r=8,p=1$6z3HGAMAIASAcC4F4Nw7Zw$S039euNVGepLk3ettPM3MceEVDO//dKoIr05AxfT9U0",
                "$scrypt$ln=6,r=4,p=2$pTSmlLLWmvPee2/Nudfaew$IVHCDUdy1RjFlXWVfV5B7KJbhP1T/DIGFDMNKH/i5mM",
                "$pbkdf2$1212$CMH439s7h7B2DsE4p7SWEg$pAi5fTCSnpjcuJFDyOuZzZXivjo",
                "$pbkdf2-sha256$290$LUUoJYQQgvB.j1EqZQxBqA$1uuvGC/0p9wyBWcEcXlJF2WlMBxLm.5FGJgCKly71Os",
                "$pbkdf2-sha512$250$0No7pzQGYIyx1hqDsDaGUA$BS8oO/.d2Q6MUoaYmgxn16UT.zGK0oHIvtZUB0PpFYVS9QrsLQhfCfyUozHHJG8QTfP..zY4qmNkjzjqZQpd2Q",
                "pbkdf2_sha256$720$seasaltseasaltseasalt2$iJsJuy/Ot5F8T9DYOo+q5voX3A9oFlx+ID4yG35t4+4=",
                "pbkdf2_sha1$720$seasaltseasaltseasalt2$JDkYKikYDVE23TenjTC1OmoNjBI=",
                "scrypt$256$seasaltseasaltseasalt2$8$1$0p5Fv7vbSv1tmEu4WIy5J1JRrSZQ4ViT0fM8adXhHNLIy3yfedQJlno6V1j1DVkAy9kaybHCpLgShO+7XDdBJg==",
                "bcrypt_sha256$$2b$04$oGZjT8POt9hN.IOO/MtmG.BG2NuhxOQZm.xooRaGue.mbshv3mtb.",
                "bcrypt$$2b$04$YYM5/4u42zAFwpK85cu7SusVTtNb8Z7/h38vzIrx1NqaiJEyFMxci",
                "argon2$argon2id$v=19$m=512,t=2,p=2$QVR6TmE5V2g5SWQyOGtUYU9Qa2wyNA$HBC9TQki6qZci8u75wGK1p6ccpfkYIKNjEi0rIh7aX8",
                "scrypt:256:8:1$Bf5aB4gFV8Vs92YC$677a8ddd630a643a181319e12fc179f0e1d290c779eafe974128bc5e01baeb0355b267e4d39ac26cff33895ee74ae1c827c2a81b461992e89f03b27ba8ae464d",
                "pbkdf2:sha1:600$2yqwCQoisjqhNfLH$b9d5bda087def0233f13632a1cbed6fe3257c999",
                "pbkdf2:sha256:600$ubvMPPpUsODiFlQh$2adc75f1f82d5774f5ec2913ec49dfa4fcd5955e565ff226b9666772d643a3d5",
                "pbkdf2:sha512:600$e7zfweC3Xg4z6BqA$3214b692c91625db9d9db871d8ba49f44c47457245ca1b68e24637855d5fb102a4b8e82bd450fe7a4908689a9e2b9ee3a0acc756d52c317b4bb208a54d4cc5ea",
                "$bcrypt-sha256$2a,4$A8sRK.W4TN4kr3Qde8Jw4e$79p4nva2WC.q.gjX/n8ITXz8nSsuRVq",
                "$bcrypt-sha256$v=2,t=2b,r=4$Gq.bfI.46uM8JR2ngfFD/u$XKU3fCtFPHnMgrHjAld0Zp27YUf7UBq",
                "$7$66..../....29vb+7/3Pkfovffeey9FqA$5.7rCpGq3/wzAN388ps87dDEJmCmwdfd.cShaEDw3C1",
                "$7$42....0....O2cMIaQ0JqTUGiPkXAtBqA$pjfvJizzYvP7z8/Lhdx3Z8Kz0ywseqs1Dz6y/619k42",
            ],
        ),
        (
            "caf\u{e9} au lait, s'il vous pla\u{ee}t",
            [
                "$scrypt$ln=8,r=8,p=1$BsD4H0MIYYzR+n+v9V5LaQ$wCwt9/2l5fSmxZgPVJm6rDztvPDAzHsBrg4rHtvgssU",
                "$scrypt$ln=6,r=4,p=2$oXRO6f0/J6SUsvZeq9V6Dw$fdGo1J44CUoQz/MipENrEPlRnCofztCOwi6V+Ts9OL4",
                "$pbkdf2$1212$itHa.7.XUiqldI5x7n1v7Q$nzSuZH.JisPyeH0mI9aSeX.Ifgk",
                "$pbkdf2-sha256$290$jnHOeY8xJgRgDCFEKEWoNQ$XZXEdyPNbiRZGfgOgfOTWLI2Il7CzjOW4h8M9G095gU",
                "$pbkdf2-sha512$250$GGPsPQcgpLR2jnHufQ.BMA$104/wtR35WCXrmaAMRPpeS.mpGWAitlecsvWqeegCWejhXKfyJ1.tvoaLldSIpZparNu0WEy.Kv3OPwmIe8xkA",
                "pbkdf2_sha256$720$seasaltseasaltseasalt2$5cnwLxSK8HIC8GU4guLHr+gIZIAmqEJ9FvJgnJ6l+x8=",
                "pbkdf2_sha1$720$seasaltseasaltseasalt2$Ne0RySYCrC6BOVE7tgRbm1daP3E=",
                "scrypt$256$seasaltseasaltseasalt2$8$1$xE4uFdiN5+9SiTU8qID8saH8R3oviv+P3RdWhrI7qtMbwKQT1jT7X2huGHQPXUITqdrTc87mD2JMp6Z6kzPoSw==",
                "bcrypt_sha256$$2b$04$P5sT1ZJ730mkJgjHZjrjC..Dqiv9WsQDEzFpSjEn38AX6l5IxMSxa",
                "bcrypt$$2b$04$ymKtGJrKlr7pJATapTe5zumwD5NhD/nhbEzwCtGHYNbo9mu5/Ma6a",
                "argon2$argon2id$v=19$m=512,t=2,p=2$WVljQTBxUjdCNUpSMXMxVXU3WGpSZg$20bQ8j8ar/WaC7nI2oeIjRWhwjFN+wCpwpB1uxuYyts",
                "scrypt:256:8:1$JsefstGviT3qjxMx$c82f3eadf77d27ffe0779aecf2c2b7ec9b22f0bb01dc606ebbfefbbb837919d75785ecc70f82145924b9b1677ce605fb8e3de0857495fb6d0fccd54270030899",
                "pbkdf2:sha1:600$68Y0mxTTks9rmhKA$2a6a7862388e2d303c7201c1cac4c19a36efe9cd",
                "pbkdf2:sha256:600$Dblc8xVLsyLhirZz$2dd0f78586757de5e9f9db904d69cc21cb79e26dd3d4c077f60a803704a5966a",
                "pbkdf2:sha512:600$5ulrz9LvOJjK6T0D$192537b247bd08351a79be0b8cad0a6c092b3140285a8c82dba6b8b9ca61f655f37c86ebd39625adb6e70b10eac895a3d1205b6a2d301c2db8cf598e3fef2ba6",
                "$bcrypt-sha256$2a,4$dpBW2..VG.fFACTLbmN.CO$HCn1nNZnPnROxIR9f4F/lALCwuc4W2K",
                "$bcrypt-sha256$v=2,t=2b,r=4$EZYMc02R7LtY6nZCj0vE1.$E9pHIJw0bcAya3RS1z7d.xuExnV5mBe",
                "$7$66..../....Rwhh7N2b8z6HkHLOGUPonQ$8Yzr4jnAR221TAs0g3HV/UO5NHqBEqZ7096oNCa5Xf1",
                "$7$42....0....wtjbe0/pnfOes7YWYsxZ6w$rppSg20oROdroA.NX2JJHWqZLCR4mTC8MdYmaPu1vk9",
            ],
        ),
    ];

    #[test]
    fn hashes_of_passlib_django_and_werkzeug_verify_and_are_replaced() {
        for (password, hashes) in PASSWORDS {
            for stored in hashes {
                assert_eq!(verify(password, stored), Some(true), "{stored}");
                assert_eq!(verify(&format!("{password} "), stored), Some(false), "{stored}");
                assert_eq!(verify("", stored), Some(false), "{stored}");
                assert_eq!(weaker(stored), Some(true), "{stored}");
            }
        }
    }

    #[test]
    fn the_phc_string_format_verifies() {
        // The third vector of RFC 7914 section 12, and SHA-256 with 80,000 iterations of its section 11, cut
        // to one block.
        let scrypt = "$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw";
        assert_eq!(verify("pleaseletmein", scrypt), Some(true));
        let crypt = "$7$C6..../....SodiumChloride$kBGj9fHznVYFQMEn/qDCfrDevf9YDtcDdKvEqHJLV8D";
        assert_eq!(verify("pleaseletmein", crypt), Some(true));
        let pbkdf2 = "$pbkdf2-sha256$i=80000,l=32$TmFDbA$TdzY9guYviGDDO5e8icB+WQaRBjQTAQUrv8Ih2s0q1Y";
        assert_eq!(verify("Password", pbkdf2), Some(true));
    }

    #[test]
    fn malformed_hashes_verify_no_password() {
        for stored in ["$2b$", "$2x$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "$2b$05$short"] {
            assert_eq!(verify("U*U", stored), None, "{stored}");
        }
        let hash = "iJsJuy/Ot5F8T9DYOo+q5voX3A9oFlx+ID4yG35t4+4=";
        for stored in [
            // No hash, or one that fits too many passwords.
            "pbkdf2_sha256$720$seasalt$".to_owned(),
            "pbkdf2_sha256$720$seasalt$iJs=".to_owned(),
            "$scrypt$ln=8,r=8,p=1$6z3HGAMAIASAcC4F4Nw7Zw$S0".to_owned(),
            "scrypt:256:8:1$salt$67".to_owned(),
            // Other parameters than the algorithm has.
            format!("pbkdf2_sha256$0$seasalt${hash}"),
            format!("pbkdf2_sha256$-1$seasalt${hash}"),
            format!("pbkdf2_sha256$seasalt${hash}"),
            format!("pbkdf2_sha256$720$sea$salt${hash}"),
            format!("pbkdf2_sha224$720$seasalt${hash}"),
            format!("pbkdf2_sha1$720$seasalt${hash}"),
            format!("$pbkdf2-sha256$i=$seasalt${hash}"),
            format!("$pbkdf2-sha256$720$sea salt${hash}"),
            format!("$scrypt$ln=0,r=8,p=1$seasalt${hash}"),
            format!("$scrypt$ln=64,r=8,p=1$seasalt${hash}"),
            format!("$scrypt$ln=255,r=8,p=1$seasalt${hash}"),
            format!("$scrypt$ln=8,r=0,p=1$seasalt${hash}"),
            format!("$scrypt$ln=8,r=8$seasalt${hash}"),
            format!("$scrypt$ln=8,r=8,p=1,x=1$seasalt${hash}"),
            format!("scrypt$257$seasalt$8$1${hash}"),
            format!("scrypt$0$seasalt$8$1${hash}"),
            "scrypt:256:8:1$salt$no hexadecimal digits at all, really".to_owned(),
            "$bcrypt-sha256$v=3,t=2b,r=4$Gq.bfI.46uM8JR2ngfFD/u$XKU3fCtFPHnMgrHjAld0Zp27YUf7UBq".to_owned(),
            "$bcrypt-sha256$v=2,t=2x,r=4$Gq.bfI.46uM8JR2ngfFD/u$XKU3fCtFPHnMgrHjAld0Zp27YUf7UBq".to_owned(),
            "$bcrypt-sha256$v=2,t=2b,r=4$Gq.bfI.46uM8JR2ngfFD/u$XKU3fCtFPHnMgrHjAld0Zp27YUf7UB".to_owned(),
            "$bcrypt-sha256$2a,4,x$A8sRK.W4TN4kr3Qde8Jw4e$79p4nva2WC.q.gjX/n8ITXz8nSsuRVq".to_owned(),
            "$bcrypt-sha256$2a,4$A8sRK.W4TN4kr3Qde8Jw4e79p4nva2WC.q.gjX/n8ITXz8nSsuRVq".to_owned(),
            "$7$6".to_owned(),
            "$7$66..../....salt$5.7rCpGq3/wzAN388ps87dDEJmCmwdfd.cShaEDw3C".to_owned(),
            "$7$66..../....salt$5.7rCpGq3/wzAN388ps87dDEJmCmwdfd.cShaEDw3Cz".to_owned(),
            "$7$66..../....salt$5.7rCpGq3/wzAN388ps87dDEJmCmwdfd.cShaEDw3+1".to_owned(),
            "$7$6\u{e4}..../....salt$5.7rCpGq3/wzAN388ps87dDEJmCmwdfd.cShaEDw3C1".to_owned(),
            // Work beyond the limits.
            "$bcrypt-sha256$v=2,t=2b,r=17$Gq.bfI.46uM8JR2ngfFD/u$XKU3fCtFPHnMgrHjAld0Zp27YUf7UBq".to_owned(),
            "$7$H6..../....salt$5.7rCpGq3/wzAN388ps87dDEJmCmwdfd.cShaEDw3C1".to_owned(),
            "$7$6zzzzzzzzzzsalt$5.7rCpGq3/wzAN388ps87dDEJmCmwdfd.cShaEDw3C1".to_owned(),
            format!("pbkdf2_sha256$5000001$seasalt${hash}"),
            format!("pbkdf2_sha256$4294967296$seasalt${hash}"),
            format!("$scrypt$ln=19,r=8,p=1$seasalt${hash}"),
            format!("$scrypt$ln=16,r=8,p=17$seasalt${hash}"),
            format!("$scrypt$ln=1,r=4294967295,p=4294967295$seasalt${hash}"),
            format!("$scrypt$ln=1,r=65536,p=65536$seasalt${hash}"),
            format!("scrypt$524288$seasalt$8$1${hash}"),
            "bcrypt_sha256$$2b$17$oGZjT8POt9hN.IOO/MtmG.BG2NuhxOQZm.xooRaGue.mbshv3mtb.".to_owned(),
            // Longer than any hash.
            format!("pbkdf2_sha256$720${}${hash}", "salt".repeat(256)),
        ] {
            assert_eq!(verify("three words and a comma", &stored), None, "{stored}");
        }
        for stored in ["$scrypt$ln=18,r=8,p=4$seasalt0$", "scrypt$16384$seasalt$8$5$", "pbkdf2_sha256$5000000$seasalt$"]
        {
            assert!(format(&format!("{stored}{hash}")).is_some(), "{stored}");
        }
    }

    /// Django raises the iterations with each release: a failed login then costs the most, not the sum.
    #[test]
    fn pbkdf2_of_one_digest_costs_the_work_of_the_most_iterations() {
        let of =
            |rounds: u32| format(&format!("pbkdf2_sha256${rounds}$salt$iJsJuy/Ot5F8T9DYOo+q5voX3A9oFlx+ID4yG35t4+4="));
        let (mut known, more, sha1) = (of(300).unwrap(), of(720).unwrap(), format(PASSWORDS[0].1[2]).unwrap());
        assert!(known.includes(&more) && known.includes(&of(5).unwrap()) && !known.includes(&sha1));
        assert_eq!(known, more);
        assert_eq!(known.clone().without(&of(300).unwrap()), of(420));
        assert_eq!(known.clone().without(&more), None);
        assert_eq!(known.clone().without(&sha1), Some(known));
    }
}

#[cfg(not(feature = "foreign-hashes"))]
#[test]
fn without_the_feature_the_hashes_of_others_have_no_format() {
    assert_eq!(format("$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"), None);
    assert_eq!(format("pbkdf2_sha256$720$seasaltseasaltseasalt2$iJsJuy/Ot5F8T9DYOo+q5voX3A9oFlx+ID4yG35t4+4="), None);
}
