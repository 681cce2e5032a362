"""What follows a match: referrals, liaison, financings, first loans."""
